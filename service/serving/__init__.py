"""HTTP/1.1 over any WSGI application, by as many processes as are wanted.

Nothing here knows what is served. One thread of a process holds all of its connections
(`connection`, `listening`) and gives each whole request to a lane of threads (`lanes`). The parent
of the processes (`processes`) replaces those that die, and begins the program anew when it is told.
"""
