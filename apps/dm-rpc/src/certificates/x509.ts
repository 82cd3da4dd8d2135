/** @peculiar/x509, which wants the metadata polyfill to be there before it. */
import 'reflect-metadata';

export { X509Certificate as ParsedCertificate, X509Crl } from '@peculiar/x509';
