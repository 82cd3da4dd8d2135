-- Groups of devices, each in the tree of its purpose.
CREATE TABLE "device_group" (
    "id" BIGSERIAL NOT NULL,
    "purpose" TEXT NOT NULL,
    "parent_id" BIGINT,
    "id_path" TEXT NOT NULL DEFAULT '',
    "name" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "product_id" TEXT NOT NULL DEFAULT '',
    "area_id" BIGINT NOT NULL DEFAULT 2,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "files" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_group_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "group_member" (
    "group_id" BIGINT NOT NULL,
    "device_id" BIGINT NOT NULL,

    CONSTRAINT "group_member_pkey" PRIMARY KEY ("group_id","device_id")
);

CREATE INDEX "device_group_parent_id_idx" ON "device_group"("parent_id");

CREATE UNIQUE INDEX "device_group_purpose_name_key" ON "device_group"("purpose", "name");

CREATE INDEX "group_member_device_id_idx" ON "group_member"("device_id");

ALTER TABLE "device_group" ADD CONSTRAINT "device_group_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "device_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "device_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "group_member" ADD CONSTRAINT "group_member_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- 1 is the root, 2 what is in no group, as in unitedrhino.
ALTER SEQUENCE "device_group_id_seq" RESTART WITH 3;

-- What was kept of groups without being one.
UPDATE "device" SET "extra" = "extra" - 'groupIDs' - 'groupPurpose' - 'BelongGroup' WHERE "extra" <> '{}';
