-- A process of ours is a node, since "gateway" is a kind of device. What waits for a device is no device shadow.
ALTER TABLE "device" RENAME COLUMN "gateway" TO "node";
ALTER INDEX "device_is_online_gateway_idx" RENAME TO "device_is_online_node_idx";

ALTER TABLE "shadow" RENAME TO "waiting_value";
ALTER TABLE "waiting_value" RENAME CONSTRAINT "shadow_pkey" TO "waiting_value_pkey";
ALTER TABLE "waiting_value" RENAME CONSTRAINT "shadow_device_id_fkey" TO "waiting_value_device_id_fkey";
