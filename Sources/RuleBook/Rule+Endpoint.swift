/// What a hub answers beside updates: section G, and what of other sections is about no update.
extension Rule {
    /// A room's URI and its group's id are its own (MIMI protocol §3.1).
    package static let groupID = Rule(.identifiers, 4)
    /// Who may send messages (room-policy §8.3).
    package static let sendMessage = Rule(.policy, 23)
    /// A request for key packages is signed by whom it names (MIMI protocol §5.2).
    package static let keyMaterial = Rule(.endpoint, 2)
    /// An update is not larger than the hub takes, nor is what waits (MIMI protocol §5.3).
    package static let quota = Rule(.endpoint, 3)
    /// Who may send a message, and in which epoch (MIMI protocol §5.4).
    package static let submitMessage = Rule(.endpoint, 4)
    /// Who may have the GroupInfo (MIMI protocol §5.6).
    package static let groupInfoRequest = Rule(.endpoint, 6)
    /// A Welcome finds its way (MIMI protocol §5.5).
    package static let welcomeRoute = Rule(.endpoint, 14)
    /// What users say of who may reach them (MIMI protocol §5.7).
    package static let consent = Rule(.endpoint, 15)

    /// These rules, as far as the code enforces them, in order.
    package static let endpoint: [Rule] = [
        .groupID, .sendMessage, .keyMaterial, .quota, .submitMessage, .groupInfoRequest,
        .welcomeRoute, .consent,
    ]
}
