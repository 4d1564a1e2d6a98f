// Messages by field, as v1 and the internal API give them: {"to": ["Missing data for required field."]}.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server/errors.hpp"

namespace herald::http
{

class FieldErrors
{
public:
    FieldErrors() = default;
    FieldErrors(std::string_view field, std::string message) { add(field, std::move(message)); }

    void add(std::string_view field, std::string message)
    {
        fields_.emplace_back(std::string(field), std::vector<std::string>{std::move(message)});
    }
    [[nodiscard]] bool empty() const { return fields_.empty(); }
    [[nodiscard]] Response response() const { return field_error_response(400, fields_); }

private:
    std::vector<std::pair<std::string, std::vector<std::string>>> fields_;
};

}  // namespace herald::http
