import DSP
import Quantities

// The account of every dB.

extension Page {
  var account: String {
    typealias Gain = ReportModel.Account.Gain
    func cell(_ gain: Gain, plain: Bool = false) -> String {
      let wave = gain.moves ? "<span class=\"moves\">~</span>" : ""
      if gain.decibels == 0 { return "<td class=\"nil\">0\(wave)</td>" }
      return "<td>\(figure(gain.decibels, 1, signed: true))\(wave)</td>"
    }
    func cell(_ value: Double, _ kind: String = "") -> String {
      "<td\(value == 0 ? " class=\"nil\"" : kind.isEmpty ? "" : " class=\"\(kind)\"")>\(value == 0 ? "0" : figure(value, 1, signed: true))</td>"
    }
    let rows = model.account.rows.map { row -> String in
      let clips =
        row.clips.map { range in
          range.lowerBound == range.upperBound
            ? cell(range.lowerBound)
            : "<td>\(figure(range.lowerBound, 1, signed: true)) … \(figure(range.upperBound, 1, signed: true))</td>"
        } ?? "<td></td>"
      let sides =
        "<td>\(figure(row.left, 1, signed: true)) / \(figure(row.right, 1, signed: true))\(row.panMoves ? "<span class=\"moves\">~</span>" : "")</td>"
      let sends = row.sends.map {
        "<span>\(escaped(words($0.bus)))\u{A0}\(figure($0.level.decibels, 1, signed: true))\($0.level.moves ? "~" : "")\($0.isPreFader ? " pre" : "")</span>"
      }
      // Its clips may differ.
      let spread = row.clips.map { $0.upperBound - $0.lowerBound } ?? 0
      let least = spread > 0 ? "\(figure(row.toMix - spread, 1, signed: true)) … " : ""
      return """
        <tr class="\(row.kind.rawValue)\(row.isSilent ? " silent" : "")"><th scope="row">\(escaped(words(row.id)))\
        \(row.isSilent ? " <small>silent</small>" : "")</th>\(clips)\(cell(row.trim))\(cell(row.inserts))\
        \(row.dynamics > 0.05 ? "<td class=\"takes\">\(figure(-row.dynamics, 1))</td>" : "<td></td>")\
        \(cell(row.level))\(cell(row.vcas))\(sides)<td class="way">\(row.output.map { escaped(words($0)) } ?? "the mix")</td>\
        <td><b>\(least)\(figure(row.toMix, 1, signed: true))</b></td><td class="sends">\(sends.joined(separator: " · "))</td></tr>
        """
    }
    return """
      <section id="account"><div class="title"><h2>Every decibel, from stem to mix</h2><p>Gains in dB. “Takes” is what \
      the strip’s dynamics reduce at most and is not in the sum; left / right is what pan law, pan, width and inserts \
      on one side leave of a signal that is the same on both sides; ~ moves.</p></div>
      <div class="scroll"><table class="wide account"><thead><tr><th></th><th>clip</th><th>trim</th><th>inserts</th><th>takes</th>\
      <th>fader</th><th>VCAs</th><th>left / right</th><th>into</th><th>to the mix</th><th>sends</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      </section>
      """
  }
}
