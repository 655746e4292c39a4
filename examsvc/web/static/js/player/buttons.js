/** What each button of the player does, and what the keys do to its items. */

import { listen } from "./hands.js";
import { announce, say } from "./texts.js";

/**
 * @param {object} parts
 * @param {import("./paper.js").Paper} parts.paper
 * @param {import("./course.js").Course} parts.course
 * @param {import("./screen.js").Screen} parts.screen
 * @param {import("./handing_in.js").HandingIn} parts.handingIn
 * @param {import("./leaving_section.js").LeavingSection} parts.leavingSection
 * @param {import("./emergency.js").EmergencyFile} parts.emergency
 * @param {(view: import("./screen.js").View) => void} parts.show
 * @param {() => void} parts.onContinue the sitting shall go on in this window
 */
export function listenToHands({ paper, course, screen, handingIn, leavingSection, emergency, show, onContinue }) {
  const review = () => {
    handingIn.review();
    show("review");
  };
  listen({
    acts: {
      previous: () => paper.show(paper.index - 1),
      next: () => (paper.isLastOfSection ? leavingSection.ask() : paper.isLast ? review() : paper.show(paper.index + 1)),
      flag: () => paper.toggleFlag(),
      clear: () => {
        paper.respond(null);
        announce(say("item.cleared"));
      },
      review,
      back: () => show("player"),
      submit: () => handingIn.ask(),
      "cancel-submit": () => handingIn.close(),
      "confirm-submit": () => void handingIn.submit(),
      "leave-section": () => leavingSection.ask(),
      "cancel-leave-section": () => leavingSection.close(),
      "confirm-leave-section": () => void leavingSection.leave(course.section),
      emergency: () => void emergency.save().then((isSaved) => isSaved && screen.pass(say("emergency.saved"))),
      "continue-here": onContinue,
    },
    onJump: (index) => {
      if (screen.view !== "review") return paper.show(index);
      paper.index = index;
      show("player");
    },
    onChoose: (place) => paper.choose(place),
    onStrike: (place) => paper.strike(place),
    onClosed: (closed) => paper.explain(closed),
    takesKeys: () => screen.view === "player",
  });
}
