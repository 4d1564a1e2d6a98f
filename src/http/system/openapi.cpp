// GET /openapi.json: api/openapi.json as it was when the binary was built.

#include "embedded/files.hpp"
#include "http/context.hpp"
#include "http/system/handlers.hpp"

namespace herald::http::system
{

Task<Response> get_openapi(Request&, Context&)
{
    co_return json_text_response(200, std::string(embedded::openapi_json));
}

}  // namespace herald::http::system
