// Whole emails, byte for byte as they are sent: golden/README.md says what the files are and how to refresh them.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "rendering/email.hpp"

namespace herald::rendering
{
namespace
{

namespace fs = std::filesystem;

const fs::path kFolder = HERALD_GOLDEN_EMAILS;

std::string read_file(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Case
{
    CompiledTemplate email;
    Personalisation values;
    Branding branding;
    MissingStyle missing;
};

Branding::Kind kind_named(std::string_view name)
{
    constexpr std::pair<std::string_view, Branding::Kind> kKinds[] = {
        {"none", Branding::Kind::none}, {"government_banner", Branding::Kind::government_banner},
        {"logo", Branding::Kind::logo}, {"logo_banner", Branding::Kind::logo_banner},
        {"both", Branding::Kind::both},
    };
    for (const auto& [known, kind] : kKinds)
    {
        if (known == name) return kind;
    }
    ADD_FAILURE() << "no branding is called " << name;
    return Branding::Kind::none;
}

Branding read_branding(const json::object& given)
{
    const auto text = [&given](std::string_view key)
    {
        const auto* const value = given.if_contains(key);
        return value == nullptr ? std::string() : std::string(value->as_string());
    };
    Branding branding;
    branding.kind = kind_named(text("kind"));
    branding.banner_text = text("banner_text");
    branding.colour = text("colour");
    branding.logo_url = text("logo_url");
    branding.text = text("text");
    branding.alt_text = text("alt_text");
    return branding;
}

// NAME.md: the subject, an empty line, the content. NAME.json, when there is one: personalisation, branding, hidden.
Case read_case(const std::string& name)
{
    const auto source = read_file(kFolder / (name + ".md"));
    const auto end = source.find("\n\n");
    const auto subject = source.substr(0, end);
    const auto content = source.substr(end + 2);
    const auto facts_file = kFolder / (name + ".json");
    const auto facts = fs::exists(facts_file) ? json::parse(read_file(facts_file)).as_object() : json::object();
    const auto part = [&facts](std::string_view key)
    {
        return facts.contains(key) ? facts.at(key).as_object() : json::object();
    };
    return {.email = CompiledTemplate::compile(Channel::email, subject, content),
            .values = Personalisation::from_json(part("personalisation")).value(),
            .branding = facts.contains("branding") ? read_branding(part("branding")) : Branding{},
            .missing = facts.contains("hidden") ? MissingStyle::hidden : MissingStyle::brackets};
}

void expect_file(const fs::path& path, const std::string& content)
{
    if (std::getenv("HERALD_REFRESH_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(read_file(path), content) << path.filename();
}

std::vector<std::string> names()
{
    std::vector<std::string> found;
    for (const auto& file : fs::directory_iterator(kFolder))
    {
        if (file.path().extension() == ".md" && file.path().stem() != "README") found.push_back(file.path().stem());
    }
    return found;
}

class GoldenEmail : public testing::TestWithParam<std::string>
{
};

TEST_P(GoldenEmail, IsAsItWas)
{
    const auto given = read_case(GetParam());
    const auto rendered = render_email(given.email, given.values, given.branding, given.missing);
    expect_file(kFolder / (GetParam() + ".html"), rendered.html);
    expect_file(kFolder / (GetParam() + ".txt"), "Subject: " + rendered.subject + "\n\n" + rendered.plain_text);
}

INSTANTIATE_TEST_SUITE_P(Emails, GoldenEmail, testing::ValuesIn(names()), [](const auto& test) { return test.param; });

}  // namespace
}  // namespace herald::rendering
