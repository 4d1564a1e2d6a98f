#include "http/console/mailbox_page.hpp"

#include <fmt/format.h>

#include "http/console/html.hpp"

namespace herald::http
{

namespace
{

constexpr std::size_t kPreviewBytes = 160;

// Of UTF-8, without cutting a character in two. White space becomes single spaces.
std::string preview_of(std::string_view text)
{
    std::string out;
    for (const char c : text)
    {
        const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (space && (out.empty() || out.back() == ' ')) continue;
        const bool starts_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        if (out.size() >= kPreviewBytes && starts_character) return out + "\u2026";
        out += space ? ' ' : c;
    }
    return out;
}

// "temporary-failure" → "Temporary failure"
std::string status_words(std::string_view status)
{
    if (status.empty()) return "No receipt yet";
    std::string words(status);
    for (char& c : words) c = c == '-' ? ' ' : c;
    if (words.front() >= 'a' && words.front() <= 'z') words.front() = static_cast<char>(words.front() - 'a' + 'A');
    return words;
}

std::string_view status_tone(std::string_view status)
{
    if (status == "delivered" || status == "sent") return "good";
    if (status.ends_with("failure") || status == "failed" || status == "cancelled") return "bad";
    return "open";
}

std::string time_element(Instant at)
{
    const std::string exact = format_v2(at);  // 2026-11-23T09:05:07.000123Z
    return fmt::format(R"(<time datetime="{0}">{1} {2} UTC</time>)", exact, std::string_view(exact).substr(0, 10),
                       std::string_view(exact).substr(11, 8));
}

// `value` is HTML.
std::string fact(std::string_view name, std::string_view value)
{
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

std::string text_fact(std::string_view name, std::string_view text)
{
    return fact(name, fmt::format("<bdi>{}</bdi>", escape_html(text)));
}

std::string facts_of(const MailboxItem& item)
{
    const MailboxEntry& entry = item.entry;
    std::string facts = text_fact("To", entry.to);
    if (!entry.from.empty()) facts += text_fact("From", entry.from);
    if (entry.reply_to && !entry.reply_to->empty()) facts += text_fact("Reply to", *entry.reply_to);
    if (item.label)
    {
        facts += text_fact("Service", item.label->service);
        facts += text_fact("Template",
                           fmt::format("{} (version {})", item.label->template_name, item.label->template_version));
    }
    facts += fact("Captured", time_element(entry.received_at));
    facts += fact("Notification", fmt::format(R"(<a href="#{0}"><code>{0}</code></a>)", entry.id.to_string()));
    return facts;
}

std::string body_of(const MailboxEntry& entry)
{
    if (entry.channel == "sms")
        return fmt::format(R"(<div class="phone"><p class="bubble" dir="auto">{}</p></div>)", escape_html(entry.text));
    std::string body;
    if (!entry.html.empty())
    {
        const std::string address = fmt::format("/mailbox/{}/email", entry.id.to_string());
        body = fmt::format(
            R"(<iframe class="email" title="Email: {}" sandbox="" referrerpolicy="no-referrer" loading="lazy" src="{}"></iframe>)"
            R"(<p class="alone"><a href="{}" target="_blank" rel="noopener noreferrer">Open the email on its own</a></p>)",
            escape_html(entry.subject), address, address);
    }
    return body +
           fmt::format(R"(<details class="plain"{}><summary>Plain text</summary><pre dir="auto">{}</pre></details>)",
                       entry.html.empty() ? " open" : "", escape_html(entry.text));
}

std::string article_of(const MailboxItem& item)
{
    const MailboxEntry& entry = item.entry;
    const bool is_sms = entry.channel == "sms";
    const std::string again =
        entry.times_taken > 1 ? fmt::format(R"(<span class="chip bad">Handed over {} times</span>)", entry.times_taken)
                              : std::string();
    const std::string chips = fmt::format(R"(<span class="chip {}">{}</span>{})", status_tone(entry.status),
                                          escape_html(status_words(entry.status)), again);
    return fmt::format(R"(<li class="message {channel}" data-id="{id}"><details><summary>)"
                       R"(<span class="kind">{kind}</span><bdi class="to">{to}</bdi><span class="when">{time}</span>)"
                       R"(<span class="gist" dir="auto">{gist}</span><span class="chips">{chips}</span>)"
                       R"(</summary><div class="content"><dl>{facts}</dl>{body}</div></details></li>)",
                       fmt::arg("channel", is_sms ? "sms" : "mail"), fmt::arg("id", entry.id.to_string()),
                       fmt::arg("kind", is_sms ? "Text" : "Email"), fmt::arg("to", escape_html(entry.to)),
                       fmt::arg("time", time_element(entry.received_at)),
                       fmt::arg("gist", escape_html(preview_of(is_sms ? entry.text : entry.subject))),
                       fmt::arg("chips", chips), fmt::arg("facts", facts_of(item)), fmt::arg("body", body_of(entry)));
}

// The line that a developer can paste; the placeholders in capitals are what `herald dev` printed.
std::string curl_line(std::string_view base_url)
{
    return fmt::format(
        "curl {}v2/notifications/sms \\\n"
        "    -H \"Authorization: Bearer $(build/release/herald token \"API_KEY\")\" \\\n"
        "    -H 'Content-Type: application/json' \\\n"
        "    -d '{{\"phone_number\": \"+12025550123\", \"template_id\": \"TEMPLATE_ID\", "
        "\"personalisation\": {{\"name\": \"Ada\"}}}}'",
        base_url);
}

std::string empty_state(std::string_view base_url)
{
    return fmt::format(
        R"(<section class="empty"><h2>No messages yet</h2>)"
        R"(<p>What services send through this Herald shows up here by itself, emails and text messages alike. )"
        R"(Nothing leaves this machine.</p>)"
        R"(<p>Try it, with an API key and a template id that <code>herald dev</code> printed when it started:</p>)"
        R"(<pre tabindex="0">{}</pre></section>)",
        escape_html(curl_line(base_url)));
}

constexpr std::string_view kHead = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mailbox - Herald</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/mailbox/mailbox.css">
<script src="/mailbox/mailbox.js" defer></script>
</head>
<body>
<a class="skip" href="#mailbox">Skip to the messages</a>
<header>
<h1>Mailbox</h1>
<p>Captured instead of sent: none of this has left the machine.</p>
<p id="state" role="status">Reload to see newer messages.</p>
</header>
<main id="mailbox" tabindex="-1">
)html";

}  // namespace

std::string mailbox_list(std::span<const MailboxItem> items, std::string_view base_url)
{
    if (items.empty()) return empty_state(base_url);
    std::string list = "<ol class=\"messages\">\n";
    for (const MailboxItem& item : items) list += article_of(item) + "\n";
    return list + "</ol>";
}

std::string mailbox_page(std::span<const MailboxItem> items, std::string_view base_url)
{
    return std::string(kHead) + mailbox_list(items, base_url) + "\n</main>\n</body>\n</html>\n";
}

}  // namespace herald::http
