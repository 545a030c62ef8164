package customersstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to date and returns its version. Two at once take turns; one that fails leaves
// the schema at the last migration that passed.
// With a login of other functions it makes that one, too.
func Migrate(ctx context.Context, url URL, other *Login) (int64, error) {
	config, err := url.config(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 45)) // a try a second
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	if other != nil {
		if err := admit(ctx, db, *other); err != nil {
			return 0, fmt.Errorf("migrate: admit %s: %w", other.User, err)
		}
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return version, nil
}

// Migrated is what the function migrate answers.
type Migrated struct {
	Version int64 `json:"version"`
}

// Login is the role that functions other than migrate log in as.
type Login struct{ User, Password string }

// admit makes the role, or gives the one that is there its password and rights: to read and write the rows that row-level security shows
// it, and nothing else. It owns no table, erases no customer's row (an erasure empties it), and cannot alter the schema.
func admit(ctx context.Context, db *sql.DB, l Login) error {
	for _, s := range []struct {
		statement string
		arguments []any
	}{
		{`SELECT format('CREATE ROLE %I', $1::text) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text)`, []any{l.User}},
		{`SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)`, []any{l.User, l.Password}},
		{`SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), $1::text)`, []any{l.User}},
		{`SELECT format('GRANT SELECT, INSERT, UPDATE ON customers TO %I', $1::text)`, []any{l.User}},
		{`SELECT format('GRANT SELECT, INSERT, DELETE ON addresses, payment_methods TO %I', $1::text)`, []any{l.User}},
		{`SELECT format('GRANT SELECT, INSERT ON shared_keys TO %I', $1::text)`, []any{l.User}},
	} {
		var statement string
		if err := db.QueryRowContext(ctx, s.statement, s.arguments...).Scan(&statement); errors.Is(err, sql.ErrNoRows) {
			continue // it is there
		} else if err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
