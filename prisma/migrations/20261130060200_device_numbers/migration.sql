-- Numbers of devices that lists compare, as their records have them.
ALTER TABLE "device"
    ADD COLUMN "rated_power" BIGINT GENERATED ALWAYS AS (coalesce(("extra"->>'ratedPower')::bigint, 0)) STORED,
    ADD COLUMN "rssi" BIGINT GENERATED ALWAYS AS (coalesce(("extra"->'rssi'->>'value')::bigint, 0)) STORED,
    ADD COLUMN "exp_time" BIGINT GENERATED ALWAYS AS (("extra"->'expTime'->>'value')::bigint) STORED;
