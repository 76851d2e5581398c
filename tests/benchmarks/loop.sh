#!/bin/bash
# The loop that the API document suggests: list what is unread, fetch each message, mark it as read.
# loop.sh URL INBOX. What it does not do: sync anything, look twice, survive a crash without a double or a loss
# of what unzip left half, keep names apart, keep to the limit.
set -euo pipefail
url=$1 inbox=$2
ask=(curl -sfS)
login='{"username":"email@domain.com","password":"pazzword"}'
token=$("${ask[@]}" -XPOST "$url/authorize" -H 'Content-Type: application/json' --data "$login" | jq -r .token)
ask+=(-H "Authorization: $token")
archive=$(mktemp)
while true; do
    ids=$("${ask[@]}" "$url/message/received?unreadOnly=true&pageLength=100" | jq -r '.records[].as2MessageId|@uri')
    [ -n "$ids" ] || break
    for id in $ids; do
        "${ask[@]}" -o "$archive" "$url/message/received/$id/attachments/all"
        unzip -qqojd "$inbox" "$archive"
        "${ask[@]}" -o /dev/null "$url/message/received/$id?markAsRead=true"
    done
done
rm "$archive"
