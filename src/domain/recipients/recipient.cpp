#include "domain/recipients/recipient.hpp"

#include <utility>

namespace herald
{

Result<Recipient> parse_recipient(Channel channel, std::string_view text, std::string_view default_region)
{
    Recipient recipient;
    recipient.as_sent = text;
    if (channel == Channel::sms)
    {
        auto phone = parse_phone_number(text, default_region);
        if (!phone) return Failure(std::move(phone.error()));
        recipient.simulated = is_simulated_phone_number(phone->e164);
        recipient.normalised = std::move(phone->e164);
        recipient.country_prefix = std::move(phone->country_prefix);
        recipient.international = phone->international;
        return recipient;
    }
    auto address = parse_email_address(text);
    if (!address) return Failure(std::move(address.error()));
    recipient.simulated = is_simulated_email_address(*address);
    recipient.normalised = std::move(*address);
    return recipient;
}

}  // namespace herald
