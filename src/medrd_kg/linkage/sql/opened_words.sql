-- The few words that figures repeat, each kept as a number; a type must have one word at least.
CREATE TYPE figure_kind AS ENUM (SELECT '' UNION SELECT kind FROM figure WHERE kind IS NOT NULL ORDER BY 1);
CREATE TYPE figure_stage AS ENUM (SELECT '' UNION SELECT stage FROM figure WHERE stage IS NOT NULL ORDER BY 1);
CREATE TYPE figure_level AS ENUM (SELECT '' UNION SELECT level FROM figure WHERE level IS NOT NULL ORDER BY 1);
CREATE TYPE figure_block AS ENUM (SELECT '' UNION SELECT block FROM figure WHERE block IS NOT NULL ORDER BY 1)
