-- $1 service. No row: it has none.
SELECT b.id, b.name, b.brand_type, b.text, b.colour, b.logo, b.alt_text
FROM services s JOIN email_branding b ON b.id = s.email_branding_id
WHERE s.id = $1::uuid
