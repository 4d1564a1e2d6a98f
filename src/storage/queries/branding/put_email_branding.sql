-- Makes the branding of this name, or makes the one there is as given. $1 id when new, $2 name, $3 brand_type, $4 text, $5 colour, $6 logo,
-- $7 alt text, $8 now. Gives it as it is then.
INSERT INTO email_branding (id, name, brand_type, text, colour, logo, alt_text, created_at)
VALUES ($1::uuid, $2::text, $3::int2, $4::text, $5::text, $6::text, $7::text, $8::timestamptz)
ON CONFLICT (name) DO UPDATE
SET brand_type = EXCLUDED.brand_type, text = EXCLUDED.text, colour = EXCLUDED.colour, logo = EXCLUDED.logo,
    alt_text = EXCLUDED.alt_text, updated_at = EXCLUDED.created_at
RETURNING id, name, brand_type, text, colour, logo, alt_text
