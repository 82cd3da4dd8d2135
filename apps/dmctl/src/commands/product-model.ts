import { exportModel, exportTsl, importThingModel, type ThingModel } from '@alink/thing-model';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { readTextFile } from '../read-text-file';
import type { Session } from '../session';
import { productKeyOf } from './product-key';

/** The thing model of a product, in and out. */
export const addProductModelCommands = (product: Command, io: Io): void => {
  withExample(
    product
      .command('import-tsl')
      .description('replace the thing model, from Alibaba TSL JSON or the platform’s model JSON')
      .argument('<productKey>')
      .argument('<file>', '- for standard input')
      .action(
        inSession(io, async ({ products, out }, _options, productID: string, file: string) => {
          const { text, model } = await readModel(io, file);
          await products.productSchemaTslImport({ productID, tsl: text });
          const counts = countsOf(model);
          out.done(
            { productKey: productID, ...counts },
            `${productID} has ${counts.properties} properties, ${counts.events} events and ${counts.services} services`,
          );
        }),
      ),
    'product import-tsl aliyun_test_01 model.json',
  );

  withExample(
    product
      .command('export-tsl')
      .description('print the thing model as Alibaba TSL JSON')
      .argument('<productKey>')
      .addOption(
        new Option('--format <format>', 'Alibaba TSL, or the platform’s model JSON')
          .choices(['tsl', 'model'])
          .default('tsl'),
      )
      .action(
        inSession(io, async (session, { format }: { format: string }, productID: string) => {
          const model = await thingModelOf(session, productID);
          const info = await session.products.productInfoRead({ productID });
          session.out.document(format === 'tsl' ? exportTsl(model, productKeyOf(info)) : exportModel(model, productID));
        }),
      ),
    'product export-tsl aliyun_test_01 > model.json',
  );
};

/** The thing model of a product; an empty one where it has none. */
export const thingModelOf = async ({ products }: Session, productID: string): Promise<ThingModel> => {
  const { tsl } = await products.productSchemaTslRead({ productID });
  return importThingModel(tsl || { properties: [] }).model;
};

/** A thing model in a file. */
export const readModel = async (io: Io, file: string): Promise<{ text: string; model: ThingModel }> => {
  const text = await readTextFile(io, file);
  return { text, model: importThingModel(text).model };
};

export const countsOf = ({ properties, events, services }: ThingModel) => ({
  properties: properties.length,
  events: events.length,
  services: services.length,
});
