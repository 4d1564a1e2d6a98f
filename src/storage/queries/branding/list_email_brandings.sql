SELECT id, name, brand_type, text, colour, logo, alt_text FROM email_branding ORDER BY name
