export { scaleLinear } from "d3-scale";
export { axisTop } from "d3-axis";
export { zoom, zoomIdentity, zoomTransform } from "d3-zoom";
export { select, pointer } from "d3-selection";
