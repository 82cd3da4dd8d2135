-- 1 was offline and 2 online. As everywhere else in unitedrhino, 1 is yes (online) and 2 is no (offline).
UPDATE "status_log" SET "status" = 3 - "status";
