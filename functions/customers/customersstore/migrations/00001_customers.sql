-- +goose Up

-- What is private is sealed by the application, row by row; the database never sees it.
CREATE TABLE customers (
    customer_id text PRIMARY KEY,
    wrapped_key bytea,                 -- the data key, wrapped by KMS; NULL once erased
    profile     bytea,                 -- sealed
    email_hash  bytea,                 -- keyed hash
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    erased_at   timestamptz,
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL)),
    CHECK (erased_at IS NULL OR profile IS NULL AND email_hash IS NULL)
);
CREATE INDEX customers_by_email ON customers (email_hash) WHERE email_hash IS NOT NULL;

-- position keeps the order of adding.
CREATE TABLE addresses (
    customer_id   text        NOT NULL REFERENCES customers,
    address_id    text        NOT NULL,
    position      bigint      GENERATED ALWAYS AS IDENTITY,
    country       text        NOT NULL,
    region        text        NOT NULL,
    postal_prefix text        NOT NULL,
    sealed        bytea       NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (customer_id, address_id)
);

CREATE TABLE payment_methods (
    customer_id       text        NOT NULL REFERENCES customers,
    payment_method_id text        NOT NULL,
    position          bigint      GENERATED ALWAYS AS IDENTITY,
    sealed            bytea       NOT NULL,
    created_at        timestamptz NOT NULL,
    PRIMARY KEY (customer_id, payment_method_id)
);

-- Keys that belong to no customer, wrapped by KMS.
CREATE TABLE shared_keys (
    name        text  PRIMARY KEY,
    wrapped_key bytea NOT NULL
);

-- A transaction names its customer; it sees and writes that customer's rows and no others. Without a name it
-- sees none. FORCE, because the application's role owns the tables. Looking up an e-mail address shows the rows
-- that have its hash, for reading.
ALTER TABLE customers       ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers       FORCE ROW LEVEL SECURITY;
ALTER TABLE addresses       ENABLE ROW LEVEL SECURITY;
ALTER TABLE addresses       FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_methods ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_methods FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON customers USING (customer_id = current_setting('rialto.customer_id', true));
CREATE POLICY owner ON addresses USING (customer_id = current_setting('rialto.customer_id', true));
CREATE POLICY owner ON payment_methods USING (customer_id = current_setting('rialto.customer_id', true));
CREATE POLICY by_email ON customers FOR SELECT USING (encode(email_hash, 'hex') = current_setting('rialto.email_hash', true));

-- +goose Down
DROP TABLE addresses;
DROP TABLE payment_methods;
DROP TABLE shared_keys;
DROP TABLE customers;
