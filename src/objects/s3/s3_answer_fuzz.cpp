// Whatever S3 sends: keys that are told are keys, codes may be logged, an id can stand in a URL. The first line is the
// value of Content-Range and ETag, the rest the body.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "objects/s3/s3_answers.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

void require_visible(std::string_view text)
{
    for (const char c : text) require(c > 0x20 && c < 0x7f);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(data, data + size);
    const auto line = input.find('\n');
    const std::string header = input.substr(0, line);
    const std::string body = line == std::string::npos ? "" : input.substr(line + 1);

    if (const auto page = herald::read_s3_list(body))
        for (const auto& object : page->objects) require(herald::is_object_key(object.key));
    const auto code = herald::read_s3_error(body);
    require(code.size() <= 64);
    require_visible(code);
    if (const auto id = herald::read_s3_upload_id(body)) require_visible(*id);
    herald::is_s3_upload_completed(body);

    herald::HttpResponse response;
    response.status = 206;
    response.body = body;
    response.headers = {{"etag", header},
                        {"last-modified", header.empty() ? header : "Wed, 12 Oct 2009 17:50:00 GMT"},
                        {"content-length", header},
                        {"content-range", header.starts_with('"') ? "bytes 0-0/9" : header},
                        {"x-amz-meta-" + header, header}};
    if (const auto part = herald::read_s3_part(response, 0))
    {
        require_visible(part->etag);
        require(part->info.size >= body.size());
    }
    herald::read_s3_head(response);
    return 0;
}
