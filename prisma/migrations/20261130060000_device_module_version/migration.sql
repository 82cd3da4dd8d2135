-- Versions of the firmware of devices and of their modules, each as the device has told it last.
CREATE TABLE "device_module_version" (
    "id" BIGSERIAL NOT NULL,
    "device_id" BIGINT NOT NULL,
    "module_code" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_module_version_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "device_module_version_device_id_module_code_key" ON "device_module_version"("device_id", "module_code");
CREATE INDEX "device_module_version_module_code_version_idx" ON "device_module_version"("module_code", "version");

ALTER TABLE "device_module_version" ADD CONSTRAINT "device_module_version_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What devices have said of their firmware so far stands in their records.
INSERT INTO "device_module_version" ("device_id", "module_code", "version")
SELECT "id", 'default', left("extra"->'version'->>'value', 128) FROM "device"
WHERE coalesce("extra"->'version'->>'value', '') <> '';
