-- $1 name.
SELECT id, name, brand_type, text, colour, logo, alt_text FROM email_branding WHERE name = $1::text
