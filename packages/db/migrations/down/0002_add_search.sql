-- The extensions stay: they may have been there before.
DROP TRIGGER "activities_search_words_trigger" ON "activities";--> statement-breakpoint
DROP FUNCTION remember_search_words();--> statement-breakpoint
DROP FUNCTION words_like(text, timestamptz);--> statement-breakpoint
ALTER TABLE "activities" DROP COLUMN "search";--> statement-breakpoint
DROP TABLE "search_words";--> statement-breakpoint
DROP FUNCTION words_in(text);
