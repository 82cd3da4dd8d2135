/**
 * Thing models as commands and reports are looked at with, each compiled once. The row of its product, which both read
 * anyway, says which revision is in force: so a change takes effect at once, whichever instance made it, and nothing that is told
 * of changes can be missed.
 */
import type { PrismaClient } from '@alink/db';
import {
  compileModel,
  propertyTypes,
  type CompiledModel,
  type DataType,
  type Property,
  type Validation,
} from '@alink/thing-model';
import { ownBeyond, OWN_ORDER } from '../../domains/device-definitions/own-definitions';
import { modelOf, SCHEMA_ORDER } from './schema-record';

/** Products, and devices with definitions of their own, whose models are kept at most; of more the one that was compiled first goes. */
const MAX_MODELS = 1000;

export interface ProductModel {
  readonly model: CompiledModel;
  /** By identifier, in the order of the model. */
  readonly properties: ReadonlyMap<string, Property>;
  /** The type of a property, or of an element of one; undefined where the model has none of that name. */
  readonly typeOf: (identifier: string) => DataType | undefined;
}

/** What decides on the model of a product, as its row has it. */
export interface ModelSource {
  readonly productID: string;
  readonly schemaRevision: string;
  readonly protocolConf: unknown;
  /** Of a device: it may have definitions beyond those of its product. */
  readonly device?: DeviceSource;
}

export interface DeviceSource {
  readonly id: bigint;
  /** Null where it has no definitions of its own. */
  readonly schemaRevision: string | null;
}

interface Kept extends ProductModel {
  readonly revision: string;
}

export class CompiledModels {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly prisma: PrismaClient) {}

  /** @param client within which transaction it is read, if it must be: whoever is in one waits for no other connection */
  async of(
    { productID, schemaRevision, protocolConf, device }: ModelSource,
    client: Pick<PrismaClient, 'schemaEntry' | 'deviceDefinition'> = this.prisma,
  ): Promise<ProductModel> {
    const own = device?.schemaRevision ? device : undefined;
    const key = own ? `${productID}/${own.id}` : productID;
    const revision = own ? `${schemaRevision}/${own.schemaRevision}` : schemaRevision;
    const validation = ((protocolConf as Record<string, string>)['validation'] || 'weak') as Validation;
    const known = this.kept.get(key);
    if (known?.revision === revision && known.model.validation === validation) return known;
    const rows = await client.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER });
    // Rows that are newer than the revision do no harm: the next command reads the newer revision, and compiles again.
    const ownRows = own
      ? await client.deviceDefinition.findMany({ where: { deviceID: own.id }, orderBy: OWN_ORDER })
      : [];
    const thingModel = modelOf([...rows, ...ownBeyond(rows, ownRows, productID)]);
    const made: Kept = {
      revision,
      model: compileModel(thingModel, validation),
      properties: new Map(thingModel.properties.map((property) => [property.identifier, property])),
      typeOf: propertyTypes(thingModel.properties),
    };
    this.keep(key, made);
    return made;
  }

  private keep(key: string, made: Kept): void {
    this.kept.delete(key);
    this.kept.set(key, made);
    if (this.kept.size <= MAX_MODELS) return;
    const [oldest] = this.kept.keys();
    this.kept.delete(oldest!);
  }
}
