/**
 * A product as a file has it: JSON in the form in which unitedrhino's dm writes it, with the names of its columns, so that
 * either side reads the other's files.
 */
import type { SecretBox } from '@alink/db';
import {
  productInfo,
  secretOwner,
  subProtocolCodeOf,
  type ProductInput,
  type ProductRow,
} from '../../services/product-manage/product-record';
import { numberIn, objectIn, textIn, textsIn, type Members } from '../../wire/json-list';

/** A product of a file. */
export interface FiledProduct {
  readonly info: ProductInput;
  /** Its thing model; empty where it has none. */
  readonly tsl: string;
}

const NUMBERS = {
  AuthMode: 'authMode',
  DeviceType: 'deviceType',
  CategoryID: 'categoryID',
  NetType: 'netType',
  AutoRegister: 'autoRegister',
  OnlineHandle: 'onlineHandle',
  SubDeviceOnlineHandle: 'subDeviceOnlineHandle',
  DeviceSchemaMode: 'deviceSchemaMode',
  BindLevel: 'bindLevel',
  Status: 'status',
} as const;
const TEXTS = {
  TenantCode: 'tenantCode',
  ProductID: 'productID',
  ProductName: 'productName',
  ProductImg: 'productImg',
  ProtocolCode: 'protocolCode',
  SceneMode: 'sceneMode',
} as const;
const MAPS = { Tags: 'tags', ProtocolConf: 'protocolConf', SubProtocolConf: 'subProtocolConf' } as const;

const CONFIG_NUMBERS = { ProjectID: 'projectID', AreaID: 'areaID', DeptID: 'deptID' } as const;

/** Members of another name. */
const renamed = <From extends string, To extends string, T>(
  names: Readonly<Record<From, To>>,
  valueOf: (name: From) => T,
): Record<To, T> =>
  Object.fromEntries(Object.entries(names).map(([from, to]) => [to, valueOf(from as From)])) as Record<To, T>;

const inverse = <From extends string, To extends string>(names: Readonly<Record<From, To>>): Record<To, From> =>
  Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from])) as Record<To, From>;

const readConfig = (config: Members, productID: string): ProductInput['config'] => ({
  productID,
  DevInit: {
    tenantCode: textIn(config, 'TenantCode'),
    ...renamed(CONFIG_NUMBERS, (name) => numberIn(config, name)),
  },
});

/** What stands in the file that means nothing, or that nobody here knows, is left out. */
export const readProduct = (entry: Members): FiledProduct => {
  const members = objectIn(entry, 'Info') ?? {};
  const config = objectIn(members, 'Config');
  const subProtocolCode = textIn(members, 'SubProtocolCode');
  const trialTime = numberIn(members, 'TrialTime');
  const texts = renamed(TEXTS, (name) => textIn(members, name));
  return {
    info: {
      ...renamed(NUMBERS, (name) => numberIn(members, name)),
      ...texts,
      ...renamed(MAPS, (name) => textsIn(members, name)),
      secret: textIn(members, 'Secret'),
      desc: { value: textIn(members, 'Desc') },
      trialTime: trialTime === '0' ? null : { value: trialTime },
      subProtocolCode: subProtocolCode === '' ? null : { value: subProtocolCode },
      config: config ? readConfig(config, texts.productID) : null,
      customUi: {},
      createdTime: '0',
      isUpdateProductImg: false,
      protocol: null,
      category: null,
      subProtocol: null,
    },
    tsl: textIn(entry, 'Tls'),
  };
};

/** @param tsl its thing model in unitedrhino's model JSON */
export const writeProduct = (row: ProductRow, secretBox: SecretBox, tsl: string): object => {
  const secret = secretBox.open(row.secret, secretOwner(row.productID));
  const info = productInfo(row, secret) as Members;
  const config = objectIn(info, 'config');
  const devInit = (config && objectIn(config, 'DevInit')) ?? {};
  return {
    Info: {
      ...renamed(inverse(TEXTS), (name) => info[name] ?? ''),
      ...renamed(inverse(NUMBERS), (name) => Number(info[name] ?? 0)),
      ...renamed(inverse(MAPS), (name) => info[name] ?? {}),
      SubProtocolCode: subProtocolCodeOf(row),
      Secret: secret,
      Desc: row.desc,
      TrialTime: Number(textIn(objectIn(info, 'trialTime') ?? {}, 'value')),
      Config: config
        ? {
            ProductID: row.productID,
            TenantCode: textIn(devInit, 'tenantCode'),
            ...renamed(inverse(CONFIG_NUMBERS), (name) => Number(numberIn(devInit, name))),
          }
        : null,
    },
    Tls: tsl,
  };
};
