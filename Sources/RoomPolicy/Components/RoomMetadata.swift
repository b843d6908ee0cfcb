import PresentationLanguage

/// ```
/// struct {
///     string media_type;
///     string language_tag;
///     string content;
/// } RoomDescription;
///
/// struct {
///     Uri room_uri;
///     string room_name;
///     RoomDescription room_descriptions<V>;
///     Uri room_avatar;
///     string room_subject;
///     string room_mood;
/// } RoomMetaData;
/// ```
/// MIMI protocol §7.6: the component `room_metadata`; an update replaces it whole.
package struct RoomMetadata: TLSCodable, Hashable, Sendable {
    package struct Description: TLSCodable, Hashable, Sendable {
        package let mediaType: Text
        package let language: Text
        package let content: Text

        package init(mediaType: String, language: String, content: String) {
            self.mediaType = Text(mediaType)
            self.language = Text(language)
            self.content = Text(content)
        }

        package init(from reader: inout Reader) throws(DecodingError) {
            mediaType = try Text(from: &reader)
            language = try Text(from: &reader)
            content = try Text(from: &reader)
        }

        package func write(to writer: inout Writer) {
            mediaType.write(to: &writer)
            language.write(to: &writer)
            content.write(to: &writer)
        }
    }

    package var uri: [UInt8]
    package var name = Text("")
    package var descriptions: [Description] = []
    package var avatar: [UInt8] = []
    package var subject = Text("")
    package var mood = Text("")

    package init(uri: [UInt8]) {
        self.uri = uri
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        uri = try reader.readOpaque()
        name = try Text(from: &reader)
        descriptions = try reader.readList()
        avatar = try reader.readOpaque()
        subject = try Text(from: &reader)
        mood = try Text(from: &reader)
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: uri)
        name.write(to: &writer)
        writer.write(list: descriptions)
        writer.write(opaque: avatar)
        subject.write(to: &writer)
        mood.write(to: &writer)
    }

    /// Every text of it.
    package var texts: [Text] {
        [name, subject, mood]
            + descriptions.flatMap { [$0.mediaType, $0.language, $0.content] }
    }
}
