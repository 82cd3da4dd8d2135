-- CreateTable
CREATE TABLE "product" (
    "product_id" TEXT NOT NULL,
    "product_key" TEXT NOT NULL,
    "product_name" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "auth_mode" INTEGER NOT NULL,
    "device_type" INTEGER NOT NULL,
    "net_type" INTEGER NOT NULL,
    "category_id" BIGINT NOT NULL DEFAULT 0,
    "protocol_code" TEXT NOT NULL,
    "auto_register" INTEGER NOT NULL,
    "status" INTEGER NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "protocol_conf" JSONB NOT NULL DEFAULT '{}',
    "extra" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "product_pkey" PRIMARY KEY ("product_id")
);

-- CreateTable
CREATE TABLE "schema_entry" (
    "product_id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "type" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "required" BOOLEAN NOT NULL DEFAULT false,
    "order" INTEGER NOT NULL DEFAULT 0,
    "affordance" TEXT NOT NULL,
    "extra" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "schema_entry_pkey" PRIMARY KEY ("product_id","identifier")
);

-- CreateTable
CREATE TABLE "device" (
    "id" BIGSERIAL NOT NULL,
    "product_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "device_alias" TEXT NOT NULL DEFAULT '',
    "is_enable" BOOLEAN NOT NULL DEFAULT true,
    "registration" TEXT NOT NULL DEFAULT 'operator',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "protocol_conf" JSONB NOT NULL DEFAULT '{}',
    "extra" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "is_online" BOOLEAN NOT NULL DEFAULT false,
    "session_stream" BIGINT NOT NULL DEFAULT 0,
    "session_epoch" BIGINT NOT NULL DEFAULT 0,
    "gateway" TEXT,
    "first_login" TIMESTAMPTZ(3),
    "last_login" TIMESTAMPTZ(3),
    "last_offline" TIMESTAMPTZ(3),
    "last_ip" TEXT NOT NULL DEFAULT '',
    "last_client_id" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "property_latest" (
    "device_id" BIGINT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "timestamp" BIGINT NOT NULL,

    CONSTRAINT "property_latest_pkey" PRIMARY KEY ("device_id","identifier")
);

-- CreateTable
CREATE TABLE "property_history" (
    "device_id" BIGINT NOT NULL,
    "identifier" TEXT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "arrived_at" BIGINT NOT NULL,
    "message_id" UUID NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "property_history_pkey" PRIMARY KEY ("device_id","identifier","timestamp","arrived_at","message_id")
) PARTITION BY RANGE ("arrived_at");

-- CreateTable
CREATE TABLE "event_history" (
    "device_id" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "arrived_at" BIGINT NOT NULL,
    "message_id" UUID NOT NULL,
    "identifier" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "params" TEXT NOT NULL,

    CONSTRAINT "event_history_pkey" PRIMARY KEY ("device_id","timestamp","arrived_at","message_id")
) PARTITION BY RANGE ("arrived_at");

-- CreateTable
CREATE TABLE "hub_log" (
    "product_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "message_id" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "result_code" INTEGER NOT NULL,
    "resp_payload" TEXT NOT NULL,

    CONSTRAINT "hub_log_pkey" PRIMARY KEY ("product_id","device_name","timestamp","message_id")
) PARTITION BY RANGE ("timestamp");

-- CreateTable
CREATE TABLE "status_log" (
    "id" BIGSERIAL NOT NULL,
    "device_id" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "status" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "status_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "send_log" (
    "device_id" BIGINT NOT NULL,
    "msg_token" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "account" TEXT NOT NULL DEFAULT '',
    "user_id" BIGINT NOT NULL DEFAULT 0,
    "action" TEXT NOT NULL,
    "data_id" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL DEFAULT '',
    "content" TEXT NOT NULL,
    "result_code" INTEGER,
    "result_msg" TEXT NOT NULL DEFAULT '',
    "output" TEXT NOT NULL DEFAULT '',
    "ended_at" BIGINT,

    CONSTRAINT "send_log_pkey" PRIMARY KEY ("device_id","msg_token")
);

-- CreateTable
CREATE TABLE "shadow" (
    "device_id" BIGINT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "shadow_pkey" PRIMARY KEY ("device_id","identifier")
);

-- CreateTable
CREATE TABLE "protocol_info" (
    "id" BIGSERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "trans_protocol" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "endpoints" TEXT[],
    "etcd_key" TEXT NOT NULL,
    "config_fields" JSONB NOT NULL DEFAULT '[]',
    "config_infos" JSONB NOT NULL DEFAULT '[]',
    "product_fields" JSONB NOT NULL DEFAULT '[]',
    "device_fields" JSONB NOT NULL DEFAULT '[]',
    "is_enable_sync_product" INTEGER NOT NULL DEFAULT 2,
    "is_enable_sync_device" INTEGER NOT NULL DEFAULT 2,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "protocol_info_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "protocol_service" (
    "id" BIGSERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "status" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "protocol_service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "timed_group" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "sub_type" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "env" JSONB NOT NULL DEFAULT '{}',
    "config" TEXT NOT NULL DEFAULT '',
    "created_time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "timed_group_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "timed_task" (
    "group_code" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" INTEGER NOT NULL,
    "topics" TEXT[],
    "params" TEXT NOT NULL DEFAULT '',
    "cron_expr" TEXT NOT NULL DEFAULT '',
    "status" INTEGER NOT NULL,
    "priority" INTEGER NOT NULL,
    "created_time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_time" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "timed_task_pkey" PRIMARY KEY ("group_code","code")
);

-- CreateTable
CREATE TABLE "timed_log" (
    "id" BIGSERIAL NOT NULL,
    "group_code" TEXT NOT NULL,
    "task_code" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "result_code" INTEGER NOT NULL,
    "result_msg" TEXT NOT NULL,
    "created_time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "timed_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "product_product_key_key" ON "product"("product_key");

-- CreateIndex
CREATE INDEX "product_created_at_idx" ON "product"("created_at");

-- CreateIndex
CREATE INDEX "device_created_at_idx" ON "device"("created_at");

-- CreateIndex
CREATE INDEX "device_is_online_gateway_idx" ON "device"("is_online", "gateway");

-- CreateIndex
CREATE UNIQUE INDEX "device_product_id_device_name_key" ON "device"("product_id", "device_name");

-- CreateIndex
CREATE INDEX "status_log_device_id_timestamp_idx" ON "status_log"("device_id", "timestamp");

-- CreateIndex
CREATE INDEX "send_log_device_id_timestamp_idx" ON "send_log"("device_id", "timestamp");

-- CreateIndex
CREATE INDEX "send_log_timestamp_idx" ON "send_log"("timestamp");

-- CreateIndex
CREATE UNIQUE INDEX "protocol_info_code_key" ON "protocol_info"("code");

-- CreateIndex
CREATE UNIQUE INDEX "protocol_service_code_ip_port_key" ON "protocol_service"("code", "ip", "port");

-- CreateIndex
CREATE INDEX "timed_log_group_code_task_code_created_time_idx" ON "timed_log"("group_code", "task_code", "created_time");

-- CreateIndex
CREATE INDEX "timed_log_created_time_idx" ON "timed_log"("created_time");

-- AddForeignKey
ALTER TABLE "schema_entry" ADD CONSTRAINT "schema_entry_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "property_latest" ADD CONSTRAINT "property_latest_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "status_log" ADD CONSTRAINT "status_log_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "send_log" ADD CONSTRAINT "send_log_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow" ADD CONSTRAINT "shadow_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "timed_task" ADD CONSTRAINT "timed_task_group_code_fkey" FOREIGN KEY ("group_code") REFERENCES "timed_group"("code") ON DELETE RESTRICT ON UPDATE CASCADE;
