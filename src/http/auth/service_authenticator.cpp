#include "http/auth/service_authenticator.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include "base/jwt.hpp"

namespace herald::http
{

namespace
{

constexpr std::string_view kMalformed =
    "Invalid token: make sure your API token matches the example at "
    "https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header";

Failure refused(std::string_view message)
{
    return fail(ErrorKind::forbidden, std::string(message));
}

Result<Token> token_of(const Request& request)
{
    const auto header = request.header("Authorization");
    if (!header || header->empty())
        return fail(ErrorKind::unauthenticated, "Unauthorized: authentication token must be provided");
    // Whoever stands in front may have judged the other one.
    if (request.headers.count("Authorization") > 1) return refused(kMalformed);
    if (!boost::algorithm::istarts_with(*header, "bearer "))
        return fail(ErrorKind::unauthenticated, "Unauthorized: authentication bearer scheme must be used");
    auto token = decode_token(header->substr(7));
    if (!token) return refused(kMalformed);
    if (!token->issuer) return refused("Invalid token: iss field not provided");
    return std::move(*token);
}

// nullopt: this key did not sign the token; the next one may have.
std::optional<Error> judge(TokenVerdict verdict)
{
    switch (verdict)
    {
        case TokenVerdict::wrong_signature:
            return std::nullopt;
        case TokenVerdict::wrong_algorithm:
            return Error(ErrorKind::forbidden, "Invalid token: algorithm used is not HS256");
        case TokenVerdict::clock_skew:
            return Error(ErrorKind::forbidden, "Error: Your system clock must be accurate to within 30 seconds");
        case TokenVerdict::malformed:
            return Error(ErrorKind::forbidden, std::string(kMalformed));
        case TokenVerdict::valid:
            break;
    }
    return std::nullopt;
}

Result<Principal> match_key(const Token& token, const ServicePtr& service, Instant now)
{
    for (const ApiKey& key : service->record.keys)
    {
        const auto verdict = verify_token(token, key.secret, now);
        if (auto error = judge(verdict)) return Failure(std::move(*error));
        if (verdict != TokenVerdict::valid) continue;
        if (key.expiry_date && *key.expiry_date <= now) return refused("Invalid token: API key revoked");
        return Principal{service, &key, nullptr};
    }
    return refused("Invalid token: API key not found");
}

Result<Principal> match_internal(const Token& token, const std::string& client, const std::vector<std::string>& secrets,
                                 Instant now)
{
    if (*token.issuer != client)
        return fail(ErrorKind::unauthenticated, "Unauthorized: not allowed to perform this action");
    for (const std::string& secret : secrets)
    {
        const auto verdict = verify_token(token, secret, now);
        if (auto error = judge(verdict)) return Failure(std::move(*error));
        if (verdict == TokenVerdict::valid) return Principal{};
    }
    return refused("Invalid token: API key not found");
}

}  // namespace

Task<Result<Principal>> ServiceAuthenticator::authenticate(Auth auth, const Request& request)
{
    const auto token = token_of(request);
    if (!token) co_return Failure(token.error());
    if (auth == Auth::internal_client)
        co_return match_internal(*token, internal_client_id_, internal_secrets_, clock_.now());

    const auto id = ServiceId::parse(*token->issuer);
    if (!id) co_return refused("Invalid token: service id is not the right data type");
    const auto service = co_await directory_.service(*id, request.deadline);
    if (!service) co_return refused("Invalid token: service not found");
    if (service->record.keys.empty()) co_return refused("Invalid token: service has no API keys");
    if (!service->service().active) co_return refused("Invalid token: service is archived");
    co_return match_key(*token, service, clock_.now());
}

}  // namespace herald::http
