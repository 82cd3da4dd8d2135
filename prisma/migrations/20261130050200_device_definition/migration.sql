-- Definitions of single devices, beyond those of their products.
ALTER TABLE "device" ADD COLUMN "schema_revision" UUID;

CREATE TABLE "device_definition" (
    "device_id" BIGINT NOT NULL,
    "identifier" TEXT NOT NULL,
    "type" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "required" BOOLEAN NOT NULL DEFAULT false,
    "order" INTEGER NOT NULL DEFAULT 0,
    "affordance" TEXT NOT NULL,
    "extra" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "device_definition_pkey" PRIMARY KEY ("device_id", "identifier")
);

ALTER TABLE "device_definition" ADD CONSTRAINT "device_definition_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
