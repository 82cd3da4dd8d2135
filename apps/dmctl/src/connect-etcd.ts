/** etcd's client, in a file of its own: it is loaded only where there is an etcd to ask. */
export { connectEtcd, etcdSettings } from '@alink/discovery';
