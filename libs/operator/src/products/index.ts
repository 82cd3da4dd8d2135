export { changeProduct, enableProduct, type ProductChange } from './change-product';
export { createProduct, type NewProduct } from './create-product';
export { filesOf, modelOfFiles, tslFilesOf, type ModelInFiles, type NamedDocument } from './model-files';
export { countsOf, lackedBy, thingModelOf } from './model-of-product';
export { productIDsOf, productKeyOf, type ProductInfo } from './product-key';
export { pack, unpack, type PackedFile } from './zip-archive';
