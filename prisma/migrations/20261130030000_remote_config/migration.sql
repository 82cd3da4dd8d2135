-- What products and devices are configured with: every version, the latest of which is in force.
CREATE TABLE "remote_config" (
    "id" BIGSERIAL NOT NULL,
    "product_id" TEXT NOT NULL,
    "device_id" BIGINT,
    "content" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "sign" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "remote_config_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "remote_config_product_id_device_id_id_idx" ON "remote_config"("product_id", "device_id", "id");
CREATE INDEX "remote_config_device_id_id_idx" ON "remote_config"("device_id", "id");

ALTER TABLE "remote_config" ADD CONSTRAINT "remote_config_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "remote_config" ADD CONSTRAINT "remote_config_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
