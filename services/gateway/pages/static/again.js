// A page that could not be shown asks again by itself, and is loaded as soon as Cairn answers.
const line = document.getElementById("again");
const seconds = Number(line.dataset.seconds);
let wait = seconds;

async function ask() {
  try {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if (answer.status < 500) {
      location.reload();
      return;
    }
  } catch {
    // Nobody answers: it may be starting again.
  }
  wait = Math.min(wait * 1.5, 30);
  setTimeout(ask, wait * 1000);
}

line.hidden = false;
setTimeout(ask, wait * 1000);
