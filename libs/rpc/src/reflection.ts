/** gRPC server reflection (v1 and v1alpha), so that tools such as grpcurl can list, describe and call. */
import type { Server } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProto } from 'grpc-health-check';
import { linkFileDescriptors } from './file-descriptors';

/**
 * @param packages the packages that hold the services
 * @param services full names of the services to list; the health service comes with them
 */
export const addReflection = (
  server: Pick<Server, 'addService'>,
  packages: readonly PackageDefinition[],
  services: readonly string[],
): void => {
  // ReflectionService reads nothing of a package but the files that its entries carry.
  const files = linkFileDescriptors([...packages, loadSync(healthProto)]);
  const all = { files: { fileDescriptorProtos: files } } as unknown as PackageDefinition;
  new ReflectionService(all, { services: [...services, 'grpc.health.v1.Health'] }).addToServer(server);
};
