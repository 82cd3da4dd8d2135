-- Custom topics that products define, which of their messages go on to other devices, and when they had their latest broadcasts.
CREATE TABLE "topic_class" (
    "product_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "permission" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "topic_class_pkey" PRIMARY KEY ("product_id", "topic")
);

CREATE TABLE "forward_rule" (
    "id" BIGSERIAL NOT NULL,
    "product_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "target_product_id" TEXT NOT NULL,
    "target_device_name" TEXT NOT NULL,
    "target_topic" TEXT NOT NULL,
    "disabled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "forward_rule_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "broadcast_turn" (
    "product_id" TEXT NOT NULL,
    "to_all" BIGINT NOT NULL DEFAULT 0,
    "to_subscribers" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "broadcast_turn_pkey" PRIMARY KEY ("product_id")
);

CREATE INDEX "forward_rule_product_id_idx" ON "forward_rule"("product_id");
CREATE INDEX "forward_rule_target_product_id_idx" ON "forward_rule"("target_product_id");

ALTER TABLE "topic_class" ADD CONSTRAINT "topic_class_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "forward_rule" ADD CONSTRAINT "forward_rule_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "forward_rule" ADD CONSTRAINT "forward_rule_target_product_id_fkey" FOREIGN KEY ("target_product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "broadcast_turn" ADD CONSTRAINT "broadcast_turn_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a new product begins with. Devices may use other custom topics too until somebody says that they may not.
INSERT INTO "topic_class" ("product_id", "topic", "permission")
SELECT "product_id", first.topic, first.permission
FROM "product", (VALUES ('user/update', 'publish'), ('user/update/error', 'publish'), ('user/get', 'subscribe')) AS first (topic, permission);
