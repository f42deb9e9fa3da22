/** Stands in the bundle for a package or a module of Node's that is loaded and never used. */
module.exports = {};
