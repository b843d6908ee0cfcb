import MLSMessages

/// ```
/// struct {
///     SignaturePublicKey signature_key;          // opaque<V>
///     Credential credential;
/// } FrankingAgentData;
/// ```
/// MIMI protocol §5.4.1: the component `franking_agent`, with the fields of an external sender
package typealias FrankingAgent = ExternalSender
