-- +goose Up

-- Says whose rows the rest of the transaction may see. It is a function, because RDS Proxy ties a session to its client where a
-- statement sets a parameter, but not where it calls a function
-- (docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-proxy-pinning.html); the parameters end with the transaction.
-- +goose StatementBegin
CREATE FUNCTION act_as(customer text, email text) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('rialto.customer_id', customer, true), set_config('rialto.email_hash', email, true);
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION act_as(text, text);
