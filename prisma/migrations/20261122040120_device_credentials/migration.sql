-- AlterTable
ALTER TABLE "device" ADD COLUMN     "reset_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "issued_token" (
    "id" TEXT NOT NULL,
    "device_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "salt" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "issued_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "certificate" (
    "fingerprint" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL DEFAULT '',
    "der" BYTEA NOT NULL,
    "subject" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "crl_made_at" TIMESTAMPTZ(3),

    CONSTRAINT "certificate_pkey" PRIMARY KEY ("fingerprint")
);

-- CreateTable
CREATE TABLE "revoked_certificate" (
    "product_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revoked_certificate_pkey" PRIMARY KEY ("product_id","fingerprint")
);

-- CreateTable
CREATE TABLE "revoked_serial" (
    "authority" TEXT NOT NULL,
    "serial" TEXT NOT NULL,

    CONSTRAINT "revoked_serial_pkey" PRIMARY KEY ("authority","serial")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "actor" TEXT NOT NULL,
    "peer" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL,
    "detail" TEXT NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "issued_token_device_id_kind_idx" ON "issued_token"("device_id", "kind");

-- CreateIndex
CREATE INDEX "issued_token_expires_at_idx" ON "issued_token"("expires_at");

-- CreateIndex
CREATE INDEX "certificate_product_id_device_name_idx" ON "certificate"("product_id", "device_name");

-- CreateIndex
CREATE INDEX "certificate_subject_idx" ON "certificate"("subject");

-- CreateIndex
CREATE INDEX "audit_log_product_id_device_name_timestamp_idx" ON "audit_log"("product_id", "device_name", "timestamp");

-- CreateIndex
CREATE INDEX "audit_log_timestamp_idx" ON "audit_log"("timestamp");

-- AddForeignKey
ALTER TABLE "issued_token" ADD CONSTRAINT "issued_token_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revoked_certificate" ADD CONSTRAINT "revoked_certificate_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revoked_serial" ADD CONSTRAINT "revoked_serial_authority_fkey" FOREIGN KEY ("authority") REFERENCES "certificate"("fingerprint") ON DELETE CASCADE ON UPDATE CASCADE;
