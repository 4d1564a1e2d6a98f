// What S3 says, read from its answers. Pure and thread-safe.
//
// Security: outside bytes, as many as the client takes (s3_client.hpp). The XML is read by pugixml, which knows no
// entities but the five of XML and no DOCTYPE, and does not recurse. A code may go into logs: it is only one when it
// has the characters of one. What S3 says in words goes nowhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "objects/object_store.hpp"
#include "runtime/http_client.hpp"

namespace herald
{

// The code of an error ("NoSuchKey"); empty: it is none of S3's.
std::string read_s3_error(std::string_view body);

// Of ListObjectsV2. nullopt: it cannot be read. Keys that is_object_key refuses (of "folders") are left out.
std::optional<ObjectPage> read_s3_list(std::string_view body);

// Of CreateMultipartUpload.
std::optional<std::string> read_s3_upload_id(std::string_view body);

// Of CompleteMultipartUpload: whether it was done. It can fail with status 200, because S3 begins to answer before it
// knows.
bool is_s3_upload_completed(std::string_view body);

// Its value is sent back as it came. nullopt: there is none, or none that could stand in XML.
std::optional<std::string> read_s3_etag(const HttpResponse& response);

struct S3Object
{
    ObjectInfo info;   // of the whole object
    std::string etag;  // of this version of it
};

// Of GetObject, with a Range or without, and HeadObject. nullopt: a header is missing or cannot be read, or there are
// other bytes than it says. `first`: what the answer has to begin with; the body of a HEAD is not looked at.
std::optional<S3Object> read_s3_part(const HttpResponse& response, std::uint64_t first);
std::optional<S3Object> read_s3_head(const HttpResponse& response);

}  // namespace herald
