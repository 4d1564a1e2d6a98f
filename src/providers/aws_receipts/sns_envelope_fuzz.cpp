// Whatever is posted to us as an SNS message: what is read holds all that was signed, and no URL is followed but one of
// the topic's own host.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "providers/aws_receipts/certificates.hpp"
#include "providers/aws_receipts/sns_envelope.hpp"

namespace
{

void require(bool condition)
{
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(data, data + size);
    for (const auto& certificate : herald::read_certificates(input)) (void)herald::issuer_url(certificate);
    const auto envelope = herald::parse_sns_envelope(input);
    if (!envelope)
    {
        require(envelope.error().message == "invalid JSON given" || envelope.error().message == "validation failed");
        return 0;
    }
    const auto text = herald::sns_string_to_sign(*envelope);
    require(text.starts_with("Message\n" + envelope->message + "\nMessageId\n" + envelope->message_id + "\n"));
    require(text.find("\nTopicArn\n" + envelope->topic_arn + "\nType\n") != std::string::npos);
    const auto host = herald::sns_host_of_topic(envelope->topic_arn);
    if (!host) return 0;
    require(host->starts_with("sns.") && host->find('/') == std::string::npos && host->find('@') == std::string::npos);
    if (herald::is_sns_certificate_url(envelope->certificate_url, *host))
        require(envelope->certificate_url.substr(8).starts_with(*host + "/"));
    if (herald::is_sns_confirm_url(envelope->subscribe_url, *host))
        require(envelope->subscribe_url.substr(8).starts_with(*host + "/?"));
    return 0;
}
