CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;--> statement-breakpoint
-- The words of a text as search compares them: without case, accents and compatibility forms, in
-- any language. What has no spaces around it (Chinese, Japanese, emoji) is a word by itself; 255
-- letters on end are cut, because a lexeme may have 2,046 bytes.
CREATE FUNCTION words_in(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_remove(regexp_split_to_array(
	replace(
		CASE WHEN octet_length($1) = char_length($1) THEN lower($1) ELSE
			regexp_replace(
				regexp_replace(
					translate(lower(normalize(
						regexp_replace(normalize($1, NFKD), '[\u0300-\u036f\ufe00-\ufe0f]', '', 'g'),
						NFC)), 'øłđı’', 'oldi'''),
					'[\u2600-\u27bf\u3040-\u30ff\u3400-\u9fff\U0001f000-\U0001faff\U00020000-\U0003ffff]', ' \& ', 'g'),
				'\S{255}', '\& ', 'g')
		END, '''', ''),
	'[\u0001-/:-@\[-`\{-\u00bf\u00d7\u00f7\u2000-\u206f\u2190-\u25ff\u2e00-\u2e7f\u3000-\u303f\ufffd]+'), '');--> statement-breakpoint
CREATE TABLE "search_words" (
	"word" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
-- Why: no release came before this file, so no back end of ours uses the table yet.
-- squawk-ignore adding-field-with-default
ALTER TABLE "activities" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (array_to_tsvector(words_in(message) || array[
  '#h' || floor(extract(epoch from created_at at time zone 'UTC') / 3600),
  '#d' || floor(extract(epoch from created_at at time zone 'UTC') / 86400),
  '@' || left(user_uuid::text, 8)])) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "search_words_word_idx" ON "search_words" USING btree ("word" text_pattern_ops,"created_at");--> statement-breakpoint
CREATE INDEX "search_words_similar_idx" ON "search_words" USING gin ("word" gin_trgm_ops) WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "search_words_created_at_idx" ON "search_words" USING btree ("created_at");--> statement-breakpoint
-- Why: no release came before this file, so no back end of ours uses the table yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "activities_search_idx" ON "activities" USING gin ("search") WITH (gin_pending_list_limit=64);--> statement-breakpoint
-- Loads the extension, whose parameter only a superuser could name otherwise.
SELECT similarity('', '');--> statement-breakpoint
-- The known words that are another one but for the fewest slips of the fingers: one, or two in a
-- long word, whose end may also be missing. A slip is a letter too many, too few, wrong or changed
-- with its neighbour. The threshold lets a short word with one wrong letter pass.
CREATE FUNCTION words_like(text, timestamptz) RETURNS SETOF text LANGUAGE sql STABLE
SET pg_trgm.similarity_threshold = 0.19 SET search_path = public AS $$
	SELECT word
	FROM (SELECT word, slips, min(slips) OVER () AS fewest
		FROM (SELECT DISTINCT word FROM search_words WHERE word % $1 AND NOT starts_with(word, $1) AND created_at <= $2) AS known
		CROSS JOIN LATERAL (SELECT CASE WHEN char_length($1) >= 6 THEN left(word, char_length($1)) ELSE word END) AS t(start)
		CROSS JOIN LATERAL (SELECT least(levenshtein_less_equal(word, $1, 2), levenshtein_less_equal(start, $1, 2))) AS d(distance)
		CROSS JOIN LATERAL (SELECT CASE WHEN distance = 2
			AND (SELECT string_agg(letter, '' ORDER BY letter) FROM regexp_split_to_table(start, '') AS letter)
				= (SELECT string_agg(letter, '' ORDER BY letter) FROM regexp_split_to_table($1, '') AS letter)
			THEN 1 ELSE distance END) AS s(slips)
		WHERE slips <= CASE WHEN char_length($1) < 8 THEN 1 ELSE 2 END) AS alike
	WHERE slips = fewest
	ORDER BY similarity(word, $1) DESC, word
	LIMIT 4
$$;--> statement-breakpoint
CREATE FUNCTION remember_search_words() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
	-- A word that two statements write at once is there twice, which does no harm; a unique index
	-- would have one wait for the other.
	INSERT INTO public.search_words (word)
	SELECT posted.word
	FROM (SELECT DISTINCT lexeme AS word FROM posts, unnest(tsvector_to_array(search)) AS lexeme
		WHERE lexeme ~>=~ 'a') AS posted
	WHERE posted.word !~ '[0-9]' AND char_length(posted.word) BETWEEN 3 AND 40
		AND (SELECT true FROM public.search_words AS known
			WHERE known.word = posted.word AND known.created_at > now() - interval '30 days' LIMIT 1) IS NULL;
	-- No crud lives for more than 30 days after the last that left a word as it was.
	IF FOUND THEN
		DELETE FROM public.search_words WHERE ctid = ANY (ARRAY(
			SELECT ctid FROM public.search_words WHERE created_at < now() - interval '60 days'
			ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED));
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER activities_search_words_trigger AFTER INSERT ON "activities"
	REFERENCING NEW TABLE AS posts FOR EACH STATEMENT EXECUTE FUNCTION remember_search_words();--> statement-breakpoint
INSERT INTO "search_words" ("word")
SELECT DISTINCT lexeme FROM "activities", unnest(tsvector_to_array("search")) AS lexeme
WHERE lexeme ~>=~ 'a' AND lexeme !~ '[0-9]' AND char_length(lexeme) BETWEEN 3 AND 40;
