-- Products could name categories before there were any. Those that come into being have other numbers, or they would
-- take in products that somebody numbered otherwise.
SELECT setval(
    pg_get_serial_sequence('product_category', 'id'),
    greatest(
        nextval(pg_get_serial_sequence('product_category', 'id')),
        (SELECT max("category_id") + 1 FROM "product" WHERE "category_id" < 9007199254740991)
    ),
    false
);
