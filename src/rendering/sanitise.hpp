// sanitise_content_for: makes values that strangers wrote harmless before they are put into an email.
//
// In the named values every address is removed, unless it is a bare domain (letters, digits, dots and hyphens), which
// gets a space after each dot; then every character with a meaning in Markdown gets a backslash. Rule: the GOV.UK
// Notify API of 2026.
//
// Pure; thread-safe; never fails.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace herald::rendering
{

struct SanitisedPersonalisation
{
    json::object values;  // all of them, the named ones made harmless: what is rendered and stored
    // Only those that changed, each as {"unsanitised": ..., "sanitised": ...}: `sanitised_content` of the answer.
    json::object changed;
};

// Names are compared as placeholders are (rendering/personalisation.hpp). Only strings, and strings in lists, are
// touched.
SanitisedPersonalisation sanitise_personalisation(const json::object& values, std::span<const std::string> names);

// One text.
std::string sanitise_text(std::string_view text);

}  // namespace herald::rendering
