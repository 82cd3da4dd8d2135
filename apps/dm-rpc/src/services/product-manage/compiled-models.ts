/**
 * Thing models as commands are checked with, each compiled once. The row of its product, which a command reads anyway,
 * says which revision is in force: so a change takes effect at once, whichever instance made it, and nothing that is told
 * of changes can be missed.
 */
import type { PrismaClient } from '@alink/db';
import { compileModel, type CompiledModel, type Property, type Validation } from '@alink/thing-model';
import { modelOf, SCHEMA_ORDER } from './schema-record';

/** Products whose models are kept at most; of more the one that was compiled first goes. */
const MAX_MODELS = 1000;

export interface ProductModel {
  readonly model: CompiledModel;
  /** By identifier, in the order of the model. */
  readonly properties: ReadonlyMap<string, Property>;
}

/** What decides on the model of a product, as its row has it. */
export interface ModelSource {
  readonly productID: string;
  readonly schemaRevision: string;
  readonly protocolConf: unknown;
}

interface Kept extends ProductModel {
  readonly revision: string;
}

export class CompiledModels {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly prisma: PrismaClient) {}

  async of({ productID, schemaRevision: revision, protocolConf }: ModelSource): Promise<ProductModel> {
    const validation = ((protocolConf as Record<string, string>)['validation'] || 'weak') as Validation;
    const known = this.kept.get(productID);
    if (known?.revision === revision && known.model.validation === validation) return known;
    const rows = await this.prisma.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER });
    // Rows that are newer than the revision do no harm: the next command reads the newer revision, and compiles again.
    const thingModel = modelOf(rows);
    const made: Kept = {
      revision,
      model: compileModel(thingModel, validation),
      properties: new Map(thingModel.properties.map((property) => [property.identifier, property])),
    };
    this.keep(productID, made);
    return made;
  }

  private keep(productID: string, made: Kept): void {
    this.kept.delete(productID);
    this.kept.set(productID, made);
    if (this.kept.size <= MAX_MODELS) return;
    const [oldest] = this.kept.keys();
    this.kept.delete(oldest!);
  }
}
