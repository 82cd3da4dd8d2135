-- Categories of products, definitions that they share, and scripts that gateways use for a product.
CREATE TABLE "product_category" (
    "id" BIGSERIAL NOT NULL,
    "parent_id" BIGINT,
    "id_path" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "head_img" TEXT NOT NULL DEFAULT '',
    "order" BIGINT NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "product_category_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "common_definition" (
    "id" BIGSERIAL NOT NULL,
    "identifier" TEXT NOT NULL,
    "type" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "required" BOOLEAN NOT NULL DEFAULT false,
    "order" INTEGER NOT NULL DEFAULT 0,
    "affordance" TEXT NOT NULL,
    "extra" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "common_definition_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "category_definition" (
    "category_id" BIGINT NOT NULL,
    "definition_id" BIGINT NOT NULL,

    CONSTRAINT "category_definition_pkey" PRIMARY KEY ("category_id","definition_id")
);

CREATE TABLE "product_custom" (
    "product_id" TEXT NOT NULL,
    "script_lang" INTEGER NOT NULL DEFAULT 1,
    "transform_script" TEXT NOT NULL DEFAULT '',
    "login_auth_script" TEXT NOT NULL DEFAULT '',
    "custom_topics" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "product_custom_pkey" PRIMARY KEY ("product_id")
);

CREATE UNIQUE INDEX "product_category_name_key" ON "product_category"("name");

CREATE INDEX "product_category_parent_id_idx" ON "product_category"("parent_id");

CREATE UNIQUE INDEX "common_definition_identifier_key" ON "common_definition"("identifier");

CREATE INDEX "category_definition_definition_id_idx" ON "category_definition"("definition_id");

ALTER TABLE "product_category" ADD CONSTRAINT "product_category_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "product_category"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "category_definition" ADD CONSTRAINT "category_definition_definition_id_fkey" FOREIGN KEY ("definition_id") REFERENCES "common_definition"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "product_custom" ADD CONSTRAINT "product_custom_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- 1 is the root, 2 what is not classified, as in unitedrhino.
ALTER SEQUENCE "product_category_id_seq" RESTART WITH 3;
