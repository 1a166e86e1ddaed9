-- The role cairn_readers: it may read Cairn's views (docs/views.md), and nothing else.
--
--   psql --single-transaction --set ON_ERROR_STOP=1 --file deploy/postgresql/readers.sql "$CAIRN_DATABASE_URL"
--
-- As a user who may make roles, on the database that Cairn uses; it can be run again at any time. Cairn itself grants
-- the role every view that it makes from then on. A dashboard gets a login of its own, which inherits these rights; its
-- limits keep a query that was forgotten from holding up a rebuild's last step:
--
--   CREATE ROLE metabase LOGIN PASSWORD '…' IN ROLE cairn_readers CONNECTION LIMIT 10;
--   ALTER ROLE metabase SET default_transaction_read_only = on;
--   ALTER ROLE metabase SET statement_timeout = '60s';
--   ALTER ROLE metabase SET idle_in_transaction_session_timeout = '60s';
--
-- Whoever has the role reads patients' own words, of every organisation in this database.

DO $$
DECLARE
    its_schema text;
    its_user text;
    each_view text;
    elsewhere text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cairn_readers') THEN
        CREATE ROLE cairn_readers NOLOGIN;
    END IF;

    -- Where Cairn's tables are, and whose; before its first start, where they will be.
    SELECT schemaname, tableowner INTO its_schema, its_user
        FROM pg_tables WHERE tablename = 'cairn_builds' AND schemaname = ANY (current_schemas(false)) LIMIT 1;
    IF its_schema IS NULL THEN
        SELECT string_agg(schemaname, ', ' ORDER BY schemaname) INTO elsewhere
            FROM pg_tables WHERE tablename = 'cairn_builds';
        IF elsewhere IS NOT NULL THEN
            RAISE EXCEPTION 'There are no tables of Cairn''s on the search path (%), but in: %.',
                current_setting('search_path'), elsewhere
                USING HINT = 'Name that schema with PGOPTIONS=''-c search_path=…'' before psql; if Cairn is to use'
                    ' another one, start it first.';
        END IF;
        its_schema := current_schema();
        IF its_schema IS NULL THEN
            RAISE EXCEPTION 'No schema of the search path (%) exists.', current_setting('search_path')
                USING HINT = 'Name the one that Cairn uses with PGOPTIONS=''-c search_path=…'' before psql.';
        END IF;
    END IF;

    EXECUTE format('GRANT CONNECT ON DATABASE %I TO cairn_readers', current_database());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO cairn_readers', its_schema);

    -- What is live already: its views, whose names all begin with v_.
    FOR each_view IN
        SELECT viewname FROM pg_views
        WHERE schemaname = its_schema AND viewowner = its_user AND starts_with(viewname, 'v_')
    LOOP
        EXECUTE format('GRANT SELECT ON %I.%I TO cairn_readers', its_schema, each_view);
    END LOOP;
END
$$;
