"""What is cited is kept (rule 22): how it is kept, given again, and shown."""
