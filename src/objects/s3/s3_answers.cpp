#include "objects/s3/s3_answers.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <pugixml.hpp>

namespace herald
{
namespace
{

constexpr std::string_view kMetadataPrefix = "x-amz-meta-";

// The root element named `root`; empty: the document is not XML or has another.
pugi::xml_node parse(pugi::xml_document& document, std::string_view body, const char* root)
{
    // A key may be a space.
    constexpr unsigned kFlags = pugi::parse_default | pugi::parse_ws_pcdata_single;
    if (!document.load_buffer(body.data(), body.size(), kFlags, pugi::encoding_utf8)) return {};
    return document.child(root);
}

std::optional<std::uint64_t> read_number(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Instant> read_http_date(const std::string& text)
{
    const auto time = curl_getdate(text.c_str(), nullptr);
    if (time < 0) return std::nullopt;
    return Instant(seconds(time));
}

bool is_visible(char c)
{
    return c > 0x20 && c < 0x7f;
}

// "bytes 0-99/1234": first, last and size.
struct ContentRange
{
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t size = 0;
};

std::optional<ContentRange> read_content_range(std::string_view text)
{
    constexpr std::string_view kUnit = "bytes ";
    const auto dash = text.find('-');
    const auto slash = text.find('/');
    if (!text.starts_with(kUnit) || dash == std::string_view::npos || slash == std::string_view::npos || slash < dash)
        return std::nullopt;
    const auto first = read_number(text.substr(kUnit.size(), dash - kUnit.size()));
    const auto last = read_number(text.substr(dash + 1, slash - dash - 1));
    const auto size = read_number(text.substr(slash + 1));
    if (!first || !last || !size || *first > *last || *last >= *size) return std::nullopt;
    return ContentRange{*first, *last, *size};
}

// All but the size.
std::optional<S3Object> read_headers(const HttpResponse& response)
{
    S3Object object;
    const auto modified = response.header("last-modified");
    const auto modified_at = modified ? read_http_date(std::string(*modified)) : std::nullopt;
    auto etag = read_s3_etag(response);
    if (!modified_at || !etag) return std::nullopt;
    object.etag = *std::move(etag);
    object.info.modified_at = *modified_at;
    for (const auto& [name, value] : response.headers)
        if (name.starts_with(kMetadataPrefix)) object.info.metadata.emplace(name.substr(kMetadataPrefix.size()), value);
    return object;
}

}  // namespace

std::string read_s3_error(std::string_view body)
{
    constexpr std::size_t kLongest = 64;
    pugi::xml_document document;
    const std::string code = parse(document, body, "Error").child("Code").child_value();
    const auto is_allowed = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    };
    return code.size() <= kLongest && std::ranges::all_of(code, is_allowed) ? code : "";
}

std::optional<ObjectPage> read_s3_list(std::string_view body)
{
    pugi::xml_document document;
    const auto root = parse(document, body, "ListBucketResult");
    if (!root) return std::nullopt;
    ObjectPage page;
    std::string last;
    for (const auto& item : root.children("Contents"))
    {
        ListedObject object;
        object.key = last = item.child("Key").child_value();
        const auto size = read_number(item.child("Size").child_value());
        const auto modified_at = parse_iso8601(item.child("LastModified").child_value());
        if (last.empty() || !size || !modified_at) return std::nullopt;
        object.size = *size;
        object.modified_at = *modified_at;
        if (is_object_key(object.key)) page.objects.push_back(std::move(object));
    }
    if (std::strcmp(root.child("IsTruncated").child_value(), "true") != 0) return page;
    if (last.empty()) return std::nullopt;  // nothing to go on behind
    page.next = std::move(last);
    return page;
}

std::optional<std::string> read_s3_upload_id(std::string_view body)
{
    pugi::xml_document document;
    std::string id = parse(document, body, "InitiateMultipartUploadResult").child("UploadId").child_value();
    if (id.empty() || !std::ranges::all_of(id, is_visible)) return std::nullopt;
    return id;
}

bool is_s3_upload_completed(std::string_view body)
{
    pugi::xml_document document;
    return !parse(document, body, "CompleteMultipartUploadResult").empty();
}

std::optional<std::string> read_s3_etag(const HttpResponse& response)
{
    const auto etag = response.header("etag");
    if (!etag || etag->empty() || !std::ranges::all_of(*etag, is_visible) ||
        etag->find_first_of("<>&") != std::string_view::npos)
        return std::nullopt;
    return std::string(*etag);
}

std::optional<S3Object> read_s3_part(const HttpResponse& response, std::uint64_t first)
{
    auto object = read_headers(response);
    if (!object) return std::nullopt;
    object->info.size = response.body.size();
    // Whoever does not know Range gives all of it.
    if (response.status == 200) return first == 0 ? object : std::nullopt;
    const auto text = response.header("content-range");
    const auto range = text ? read_content_range(*text) : std::nullopt;
    if (!range || range->first != first || range->last - range->first + 1 != response.body.size()) return std::nullopt;
    object->info.size = range->size;
    return object;
}

std::optional<S3Object> read_s3_head(const HttpResponse& response)
{
    auto object = read_headers(response);
    const auto length = response.header("content-length");
    const auto size = length ? read_number(*length) : std::nullopt;
    if (!object || !size) return std::nullopt;
    object->info.size = *size;
    return object;
}

}  // namespace herald
